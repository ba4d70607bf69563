const assert = require('node:assert')
const test = require('node:test')
const dewPoint = require('./dew-point')

test('air that can hold no more is at its dew point', () => {
  assert.strictEqual(dewPoint({ celsius: 12.3, humidity: 100 }), 12.3)
})

test('a warm room in winter', () => {
  assert.strictEqual(dewPoint({ celsius: 20, humidity: 50 }), 9.3)
})

test('what is no reading is refused', () => {
  for (const reading of [{}, { celsius: 20 }, { celsius: 'warm', humidity: 50 }, { celsius: 20, humidity: 101 }]) {
    assert.throws(() => dewPoint(reading), RangeError)
  }
})
