package dev.fern.process;

import dev.fern.Headers;

/// What came back over the socket.
///
/// @param keep whether the connection may be used again
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record Reply(int status, Headers headers, byte[] body, boolean keep) {}
