// StringDecoder (nodejs.org/api/string_decoder.html): text from pieces that may end within a character.
(function (module, own) {
  'use strict'
  class StringDecoder {
    #decoder = null
    #rest = null

    constructor (encoding = 'utf8') {
      this.encoding = own('buffer').nameOf(encoding)
      if (this.encoding === 'utf8' || this.encoding === 'utf16le') {
        this.#decoder = new TextDecoder(this.encoding === 'utf8' ? 'utf-8' : 'utf-16le', { ignoreBOM: true })
      }
    }

    write (chunk) {
      const { Buffer } = own('buffer')
      if (typeof chunk === 'string') {
        return chunk
      }
      if (this.#decoder !== null) {
        return this.#decoder.decode(chunk, { stream: true })
      }
      let whole = this.#rest === null ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk])
      const keep = this.encoding.startsWith('base64') ? whole.length % 3 : 0
      this.#rest = keep === 0 ? null : whole.subarray(whole.length - keep)
      whole = whole.subarray(0, whole.length - keep)
      return whole.toString(this.encoding)
    }

    end (chunk) {
      const text = chunk === undefined ? '' : this.write(chunk)
      const rest = this.#decoder !== null ? this.#decoder.decode() : this.#rest?.toString(this.encoding) ?? ''
      this.#rest = null
      return text + rest
    }
  }
  module.exports = { StringDecoder }
})
