package com.example.fn;

import static org.junit.Assert.assertEquals;

import com.fnproject.fn.testing.FnTestingRule;
import org.junit.Rule;
import org.junit.Test;

public class HelloTest {
    @Rule
    public final FnTestingRule fn = FnTestingRule.createDefault();

    @Test
    public void greetsTheNameInTheQuery() {
        fn.givenEvent()
                .withHeader("Fn-Http-Method", "GET")
                .withHeader("Fn-Http-Request-Url", "http://localhost:8080/t/house/hello?name=Ada%20L.")
                .enqueue();

        assertAnswer("Hello, Ada L.!");
    }

    @Test
    public void greetsTheNameInTheBody() {
        fn.givenEvent().withBody("Grace\n").enqueue();

        assertAnswer("Hello, Grace!");
    }

    @Test
    public void greetsTheWorldIfThereIsNoName() {
        fn.givenEvent().enqueue();

        assertAnswer("Hello, world!");
    }

    private void assertAnswer(String expected) {
        fn.thenRun(Hello.class, "handle");

        assertEquals(expected, fn.getOnlyResult().getBodyAsString());
    }
}
