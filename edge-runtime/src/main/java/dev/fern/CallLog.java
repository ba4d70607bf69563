package dev.fern;

/// Takes what a function prints, line by line. Bounded: a flood is cut.
public interface CallLog {
    void line(String text);
}
