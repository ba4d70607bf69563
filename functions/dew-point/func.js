const fdk = require('@fnproject/fdk')
const dewPoint = require('./dew-point')

fdk.handle((reading) => ({ celsius: dewPoint(reading), ...(reading.at && { at: reading.at }) }))
