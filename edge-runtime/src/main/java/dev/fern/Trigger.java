package dev.fern;

/// What starts a function: one `fern/on/NAME`, or one of Fn's own http triggers.
///
/// @param fn the function it starts
/// @param name its NAME, or that of Fn's trigger
/// @param binding what it listens to
public record Trigger(FnName fn, String name, Binding binding) {
    /// The type of Fn's http triggers; the address is the source, such as `/hello`.
    public static final String HTTP = "http";
    /// The type of the call that each function has by itself, `/invoke/FN_ID`; the address is the function's id.
    public static final String INVOKE = "invoke";

    public String type() {
        return binding.type();
    }

    public String address() {
        return binding.address();
    }

    public Options options() {
        return binding.options();
    }

    /// The lane its calls are in. It outlives definitions and ids.
    public String lane() {
        return fn + "#" + name;
    }

    @Override
    public String toString() {
        return fn + " " + binding;
    }
}
