package dev.fern.e2e.house.kitchen;

import dev.fern.e2e.house.Hearth;
import dev.fern.e2e.house.hall.Door;
import io.helidon.json.JsonObject;

public final class Cook {
    Door way = new Door(new Hearth());
    JsonObject recipe = JsonObject.empty();
}
