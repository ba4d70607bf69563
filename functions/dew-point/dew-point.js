// The temperature at which the air's water begins to fall out, by the Magnus formula (Sonntag 1990): good to 0.1 K indoors.
module.exports = function dewPoint ({ celsius, humidity }) {
  if (!Number.isFinite(celsius) || !(humidity > 0 && humidity <= 100)) {
    throw new RangeError('a reading is {"celsius": NUMBER, "humidity": PERCENT}')
  }
  const excess = Math.log(humidity / 100) + 17.62 * celsius / (243.12 + celsius)
  return Math.round(2431.2 * excess / (17.62 - excess)) / 10
}
