package dev.fern.e2e.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/// One deployment, from the end of its push to the first answer of the new version; times by [System#nanoTime].
///
/// @param pushed the registry had told the command that the tag is what was pushed
/// @param told the Fn server had answered the command's last request
/// @param looked the device's first request of the Fn server began
/// @param read the Fn server's last answer to the device had come
/// @param pulled the registry's last answer to the device had come
/// @param running the device logged that it runs the new version, or answered if that came first
/// @param answered the new version's first answer was here
/// @param waitedAtTold of the time before `told`, what the Fn server took to answer
/// @param waitedAtRead of the time before `read`, what the Fn server took to answer the device
/// @param waitedAtPulled of the time before `pulled`, what the registry took to answer the device
/// @param sizes in bytes
record Deployed(
        String function,
        boolean first,
        long pushed,
        long told,
        long looked,
        long read,
        long pulled,
        long running,
        long answered,
        long waitedAtTold,
        long waitedAtRead,
        long waitedAtPulled,
        Sizes sizes) {
    /// Bytes of one deployment.
    ///
    /// @param bundle the function's own files, as they are on the device
    /// @param image its whole image as a registry sends it, base image included
    /// @param pushed by the command, requests and answers with their header fields
    /// @param pulled by the device, likewise
    /// @param kernel the device's process has caused to be written, by the kernel's count, in whole pages
    /// @param counted the same by the daemon's own counters
    record Sizes(long bundle, long image, long pushed, long pulled, long kernel, long counted) {}

    /// What the taps heard of one deployment.
    record Heard(List<Wiretap.Request> registry, List<Wiretap.Request> byCommand, List<Wiretap.Request> byDevice) {
        /// Of the registry's, what came until then, or after.
        long registryBytes(long until, boolean after) {
            return registry.stream()
                    .filter(request -> request.startNanos() - until > 0 == after)
                    .mapToLong(request -> request.up() + request.down())
                    .sum();
        }
    }

    static Deployed of(
            DeploySample sample, boolean first, long pushed, long running, long answered, Heard heard, Sizes sizes) {
        Predicate<Wiretap.Request> afterwards = request -> request.endNanos() - pushed > 0;
        // the nudge makes it ask for the digests of all tags as well, beside this
        var pulls = heard.registry.stream()
                .filter(request ->
                        request.method().equals("GET") && request.path().contains("/" + sample.name() + "/"))
                .filter(request -> request.startNanos() - pushed > 0 && request.endNanos() - answered < 0)
                .toList();
        long asked = pulls.getFirst().startNanos();
        var reads = heard.byDevice.stream()
                .filter(request -> request.startNanos() - pushed > 0 && request.startNanos() - asked < 0)
                .toList();
        var tells = heard.byCommand.stream()
                .filter(afterwards)
                .filter(request -> request.startNanos() - answered < 0)
                .toList();
        return new Deployed(
                sample.title(),
                first,
                pushed,
                tells.getLast().endNanos(),
                reads.getFirst().startNanos(),
                reads.getLast().endNanos(),
                pulls.getLast().endNanos(),
                running - answered < 0 ? running : answered, // the log's line may come after the answer
                answered,
                waited(tells),
                waited(reads),
                waited(pulls),
                sizes);
    }

    private static long waited(List<Wiretap.Request> requests) {
        return requests.stream().mapToLong(Wiretap.Request::nanos).sum();
    }

    double totalMs() {
        return ms(pushed, answered);
    }

    /// What the command took between the push and its last word to the Fn server.
    double tellingMs() {
        return ms(pushed, told);
    }

    /// From there until the device asks the Fn server: command, broker, device.
    double nudgeMs() {
        return ms(told, looked);
    }

    double readingMs() {
        return ms(looked, read);
    }

    double pullingMs() {
        return ms(read, pulled);
    }

    /// Unpacking, the disk, loading the code.
    double loadingMs() {
        return ms(pulled, running);
    }

    double answeringMs() {
        return ms(running, answered);
    }

    /// What Fn server and registry took to answer command and device.
    double waitedMs() {
        return (waitedAtTold + waitedAtRead + waitedAtPulled) / 1e6;
    }

    /// From the device's first request on, without what it waited for Fn server and registry.
    double deviceMs() {
        return ms(looked, answered) - (waitedAtRead + waitedAtPulled) / 1e6;
    }

    /// For whoever waits for the tables.
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.0f ms: Fn server told %.0f, nudge %.0f, definitions %.0f, image %.0f, loading %.0f, first call %.0f",
                totalMs(),
                tellingMs(),
                nudgeMs(),
                readingMs(),
                pullingMs(),
                loadingMs(),
                answeringMs());
    }

    private static double ms(long from, long to) {
        return (to - from) / 1e6;
    }
}
