package com.example.fn;

import static org.junit.Assert.assertEquals;

import com.fnproject.fn.testing.FnResult;
import com.fnproject.fn.testing.FnTestingRule;
import java.util.List;
import org.junit.Rule;
import org.junit.Test;

public class DoorbellTest {
    @Rule
    public final FnTestingRule fn = FnTestingRule.createDefault();

    @Test
    public void eachRingIsCountedAndSaysWhenTheButtonWasPressed() {
        press("2026-11-23T18:52:14.702Z");
        press("2026-11-23T18:52:19.011Z");

        fn.thenRun(Doorbell.class, "handle");

        assertEquals(
                List.of(
                        "{\"count\":1,\"at\":\"2026-11-23T18:52:14.702Z\"}",
                        "{\"count\":2,\"at\":\"2026-11-23T18:52:19.011Z\"}"),
                fn.getResults().stream().map(FnResult::getBodyAsString).toList());
    }

    private void press(String time) {
        fn.givenEvent()
                .withHeader("Ce-Time", time)
                .withBody("{\"pin\":17,\"edge\":\"rising\",\"state\":\"high\"}")
                .enqueue();
    }
}
