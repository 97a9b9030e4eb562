'use strict'

// Loads every dependency, then answers: a deployment that serves has all of them.
const express = require('express')
const names = Object.keys(require('./package.json').dependencies)
for (const name of names) require(name)

const app = express()
app.get('/', (req, res) => res.type('text').send(`Hello from node-60 with ${names.length} dependencies\n`))
app.get('/healthz', (req, res) => res.type('text').send('ok\n'))

const port = Number(process.env.PORT) || 3000
const server = app.listen(port, '0.0.0.0', () => console.log(`listening on ${port}`))
process.on('SIGTERM', () => {
  server.close(() => process.exit(0))
  server.closeIdleConnections()
})
