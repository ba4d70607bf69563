package dev.fern.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CutsTest {
    private final Tally tally = new Tally();
    private final Cuts cuts = new Cuts();

    @Test
    void whatCameTwiceWithNoCutBetweenIsNotExplained() {
        tally.heard(tally.next());
        cuts.add(Set.of());
        int number = tally.next();
        tally.heard(number);
        tally.heard(number);

        assertThat(cuts.explain(tally.repeated()).unexplained()).containsExactly(number);
        assertThat(tally.duplicates()).isEqualTo(1);
    }

    @Test
    void whatWasOnDiskAtACutComesAgainOnceForIt() {
        int number = tally.next();
        tally.heard(number);
        cuts.add(Set.of(number));
        tally.heard(number);
        tally.heard(number);

        var explained = cuts.explain(tally.repeated());

        assertThat(explained.onDisk()).isEqualTo(1);
        assertThat(explained.most()).as("more than the disk explains").isEqualTo(1);
    }

    @Test
    void whatWasNotOnDiskIsChargedToOneCut() {
        for (int i = 0; i < 3; i++) {
            tally.heard(tally.next());
        }
        cuts.add(Set.of());
        cuts.add(Set.of());
        List.of(1, 2, 3).forEach(tally::heard);

        var explained = cuts.explain(tally.repeated());

        assertThat(explained).isEqualTo(new Cuts.Explanation(0, 3, 3, List.of()));
    }

    @Test
    void whatCameOutBeforeAnEarlierCutIsNotChargedToALaterOneThoughItWasHeardAfterBoth() {
        int first = tally.next();
        tally.heard(first);
        cuts.add(Set.of());
        int second = tally.next();
        tally.heard(second);
        cuts.add(Set.of());
        tally.heard(first);
        tally.heard(second);

        assertThat(cuts.explain(tally.repeated())).isEqualTo(new Cuts.Explanation(0, 2, 1, List.of()));
    }

    @Test
    void whatCameAgainAfterEachOfTwoCutsIsChargedToBoth() {
        int number = tally.next();
        tally.heard(number);
        cuts.add(Set.of());
        tally.heard(number);
        cuts.add(Set.of());
        tally.heard(number);

        var explained = cuts.explain(tally.repeated());

        assertThat(explained).isEqualTo(new Cuts.Explanation(0, 2, 1, List.of()));
    }

    @Test
    void aMessageThatDidNotComeOutIsLostAndOneThatTheBrokerMayHaveTwiceIsNoDuplicate() {
        int lost = tally.next();
        int doubtful = tally.next();
        tally.doubtful(doubtful);
        tally.heard(doubtful);
        tally.heard(doubtful);

        assertThat(tally.lost()).containsExactly(lost);
        assertThat(tally.duplicates()).isZero();
        assertThat(tally.seen()).isEqualTo(1);
    }
}
