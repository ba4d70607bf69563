(function (module, own) {
  'use strict'
  const { api, promises } = own('loop')
  module.exports = { ...api, promises }
})
