package com.example.fn;

import com.fnproject.fn.api.InvocationContext;
import java.time.Instant;

/** Tells the house that somebody rang. */
public class Doorbell {
    /** What the house hears, as JSON: which ring it was since the function started, and when. */
    public record Ring(int count, String at) {}

    private int count;

    public Ring handle(InvocationContext call) {
        var at = call.getRequestHeaders().get("Ce-Time").orElse(Instant.now().toString());
        return new Ring(++count, at);
    }
}
