/// MQTT brokers: topics that start functions, topics that their answers go to, and the device's own topics.
@NullMarked
package dev.fern.mqtt;

import org.jspecify.annotations.NullMarked;
