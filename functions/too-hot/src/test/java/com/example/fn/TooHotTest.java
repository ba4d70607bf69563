package com.example.fn;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fnproject.fn.testing.FnTestingRule;
import java.io.IOException;
import org.junit.Rule;
import org.junit.Test;

public class TooHotTest {
    @Rule
    public final FnTestingRule fn = FnTestingRule.createDefault();

    @Test
    public void aHotReadingRunsTheFanAndRaisesAnAlert() throws IOException {
        assertAnswer("{'fan': 'on', 'alerts': {'celsius': 31.5, 'limit': 30.0}}", "31.5");
    }

    @Test
    public void aReadingMayBeJson() throws IOException {
        assertAnswer(
                "{'fan': 'on', 'alerts': {'celsius': 31.5, 'limit': 30.0}}", "{\"celsius\": 31.5, \"humidity\": 40}");
    }

    @Test
    public void aCoolReadingStopsTheFanAndTakesTheAlertBack() throws IOException {
        assertAnswer("{'fan': 'off', 'alerts': ''}", "30");
    }

    @Test
    public void theLimitIsConfigured() throws IOException {
        fn.setConfig("LIMIT", "20");

        assertAnswer("{'fan': 'on', 'alerts': {'celsius': 21.0, 'limit': 20.0}}", "21");
    }

    @Test
    public void nonsenseFails() {
        call("{\"celsius\": \"warm\"}");

        assertFalse(fn.getOnlyResult().isSuccess());
    }

    private void assertAnswer(String expected, String reading) throws IOException {
        call(reading);

        var json = new ObjectMapper();
        var answer = fn.getOnlyResult();
        assertEquals("application/vnd.fern.outputs+json", answer.getContentType().orElseThrow());
        assertEquals(json.readTree(expected.replace('\'', '"')), json.readTree(answer.getBodyAsBytes()));
    }

    private void call(String reading) {
        fn.givenEvent().withBody(reading).enqueue();
        fn.thenRun(TooHot.class, "handle");
    }
}
