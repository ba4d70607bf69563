package dev.fern.e2e.house.hall;

import dev.fern.e2e.house.Hearth;

public record Door(Hearth behind) {}
