package dev.fern.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What a [Launcher] shall start: plain data, so that it can cross a socket to a launcher that has other rights.
///
/// @param name of the function, for messages
/// @param root the folder with the files of the image
/// @param wholeImage whether these are a whole root file system; if not, the device's own `/usr` is under them
/// @param places further folders or files of the device to be seen, by where they are seen
/// @param command the first word is an absolute path as it is in the sandbox
/// @param env all that the process gets
/// @param workingDir where it starts
/// @param memoryMb MB it may use
record Order(
        String name,
        Path root,
        boolean wholeImage,
        Map<String, Path> places,
        List<String> command,
        Map<String, String> env,
        String workingDir,
        int memoryMb) {
    Order {
        places = Map.copyOf(places);
        command = List.copyOf(command);
        env = Map.copyOf(env);
    }
}
