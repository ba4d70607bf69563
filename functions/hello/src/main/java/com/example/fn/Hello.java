package com.example.fn;

import com.fnproject.fn.api.httpgateway.HTTPGatewayContext;

/** Greets whoever asks. */
public class Hello {
    /** The name comes from the query, {@code /hello?name=Ada}, or else from the body. */
    public String handle(HTTPGatewayContext http, String body) {
        var name = http.getQueryParameters().get("name").orElse(body).strip();
        return "Hello, " + (name.isEmpty() ? "world" : name) + "!";
    }
}
