package dev.fern;

/// Where a function's answers go: one `fern/to/NAME`.
///
/// @param fn the function that answers
/// @param name its NAME
/// @param binding where to; it may still hold the placeholders `{1} {id} {time} {date}` until [Placeholders] fills them
public record Target(FnName fn, String name, Binding binding) {
    public String type() {
        return binding.type();
    }

    public String address() {
        return binding.address();
    }

    public Options options() {
        return binding.options();
    }

    @Override
    public String toString() {
        return fn + " -> " + binding;
    }
}
