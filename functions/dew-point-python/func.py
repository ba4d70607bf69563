"""At which temperature will there be dew? Asked with {"temperature": 21.5, "humidity": 60}: Celsius and percent."""

import json
import math

import listener


def dew_point(temperature, humidity):
    """By Magnus, with the constants of Sonntag (1990)."""
    saturation = math.log(humidity / 100) + 17.62 * temperature / (243.12 + temperature)
    return 243.12 * saturation / (17.62 - saturation)


def handle(headers, body):
    try:
        climate = json.loads(body)
        dew = dew_point(float(climate["temperature"]), float(climate["humidity"]))
    except (ValueError, KeyError, TypeError) as e:
        print("no climate:", repr(e))
        # 4xx: trying again is of no use
        return {"Fn-Http-Status": "400", "Content-Type": "text/plain"}, b"send temperature and humidity\n"
    return {"Content-Type": "application/json"}, json.dumps({"dewPoint": round(dew, 1)}).encode()


if __name__ == "__main__":
    listener.serve(handle)
