package dev.fern.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Objects to look up: those in the store, those that another source defines.
interface Entries {
    @Nullable Entry find(Kind kind, String id);

    /// By name.
    List<Entry> page(Kind kind, Page page);
}
