package dev.fern.e2e.house;

public final class Hearth {}
