package dev.fern;

/// A function as its source defines it, before this device has made sense of it. Two that are equal need no work.
///
/// @param name what it is called
/// @param id its id at the source
/// @param document the source's own words as compact JSON, `{"app":{...},"fn":{...},"triggers":[{...}]}` with the
///     objects of Fn's API v2 in a stable order of keys and triggers, without the endpoint annotations the server adds
public record Definition(FnName name, String id, String document) {}
