package dev.fern;

/// An adapter in which an operator can make an event by hand, for `fern emit`.
public interface Emitter {
    /// Makes the event: for `mqtt` the address is a topic; for `gpio` a pin, and the body is `rising` or `falling`; for
    /// `sensor` a name, and the body has its new values.
    ///
    /// @throws InvalidDefinitionException if it cannot be made, with the reason
    void emit(String address, Payload body) throws InvalidDefinitionException;
}
