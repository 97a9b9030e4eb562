'use strict'

const http = require('http')
const express = require('express')
const { WebSocketServer } = require('ws')

const app = express()
app.disable('x-powered-by')

// One line for each request.
app.use((req, res, next) => {
  const started = process.hrtime.bigint()
  res.on('finish', () => {
    const ms = Number(process.hrtime.bigint() - started) / 1e6
    console.log(`${req.method} ${req.originalUrl} ${res.statusCode} ${ms.toFixed(1)}ms`)
  })
  next()
})

app.get('/', (req, res) => {
  res.type('text').send(`Hello from ${process.env.APP || 'node-hello'} on ${process.env.CONTAINER || 'this machine'}\n`)
})

// Names only of what may be secret, values of what the platform says.
app.get('/env', (req, res) => {
  const shown = ['APP', 'CONTAINER', 'CONTAINER_SIZE', 'CONTAINER_MEMORY', 'CONTAINER_VERSION', 'HOSTNAME', 'PORT', 'STACK', 'NODE_ENV', 'GREETING']
  const values = Object.fromEntries(shown.filter((name) => name in process.env).map((name) => [name, process.env[name]]))
  res.json({ values, names: Object.keys(process.env).sort(), node: process.version, uid: process.getuid() })
})

app.get('/healthz', (req, res) => res.type('text').send('ok\n'))

app.get('/slow', (req, res) => {
  const ms = Math.min(Number(req.query.ms) || 1000, 120000)
  setTimeout(() => res.type('text').send(`slept ${ms} ms\n`), ms)
})

app.get('/crash', (req, res) => {
  console.error('crashing, as asked')
  process.exit(1)
})

app.use(express.text({ type: '*/*', limit: '80mb' }))
app.post('/echo', (req, res) => res.type('text').send(req.body))

const server = http.createServer(app)
const sockets = new WebSocketServer({ server, path: '/ws' })
sockets.on('connection', (socket) => {
  console.log('websocket open')
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  socket.on('close', () => console.log('websocket closed'))
})

const port = Number(process.env.PORT) || 3000
// Longer than the router keeps an idle connection, so that it is never the server who closes first.
server.keepAliveTimeout = 75000
server.listen(port, '0.0.0.0', () => console.log(`listening on ${port}`))

// Accept nothing new, finish what was accepted, end.
process.on('SIGTERM', () => {
  console.log('SIGTERM: finishing requests')
  server.close(() => {
    console.log('stopped')
    process.exit(0)
  })
  for (const socket of sockets.clients) socket.close(1001, 'server is stopping')
  server.closeIdleConnections()
})
