// Reads package.json once and prints what bin/compile needs, as bash assignments:
//   node facts.js NODE_VERSION NPM_FOLDER
// (Starting Node.js costs a good part of a second on a small machine: once is enough.)
'use strict'
const fs = require('fs')
const path = require('path')
const [nodeVersion, npmFolder] = process.argv.slice(2)

const facts = {}
const finish = () => {
  for (const [name, value] of Object.entries(facts)) {
    console.log(`${name}='${String(value ?? '').replace(/\0/g, '').replace(/'/g, "'\\''")}'`)
  }
  process.exit(0)
}

let p
try {
  p = JSON.parse(fs.readFileSync('package.json', 'utf8').replace(/^\uFEFF/, ''))
  if (p === null || typeof p !== 'object' || Array.isArray(p)) throw new Error('it is not a JSON object')
} catch (e) {
  facts.error = e.message.split('\n')[0]
  finish()
}
facts.error = ''

const text = (value) => (typeof value === 'string' ? value.trim() : '')
const engines = p.engines && typeof p.engines === 'object' ? p.engines : {}
const scripts = p.scripts && typeof p.scripts === 'object' ? p.scripts : {}
facts.package_manager = text(p.packageManager)
for (const name of ['node', 'npm', 'yarn', 'pnpm']) facts[`want_${name}`] = text(engines[name])
if (/^(lts(\/.*)?|latest|current|node|stable)$/i.test(facts.want_node)) facts.want_node = '*'

facts.npm_have = JSON.parse(fs.readFileSync(path.join(npmFolder, 'package.json'), 'utf8')).version
const semver = require(require.resolve('semver', { paths: [path.join(npmFolder, 'node_modules'), npmFolder, '/usr/share/nodejs'] }))
if (facts.package_manager.startsWith('npm@')) facts.want_npm = facts.package_manager.slice(4).split('+')[0]
for (const [name, have] of [['node', nodeVersion], ['npm', facts.npm_have]]) {
  const want = facts[`want_${name}`]
  facts[`${name}_valid`] = !want || semver.validRange(want) !== null ? 1 : ''
  facts[`${name}_fits`] = !want || semver.satisfies(have, want) ? 1 : ''
}

// Names of scripts, with a space on either side of each.
facts.scripts = ` ${Object.keys(scripts).filter((name) => text(scripts[name])).join(' ')} `
facts.install_scripts = ['preinstall', 'install', 'postinstall', 'prepare'].filter((name) => text(scripts[name])).join(' ')
if (fs.existsSync('binding.gyp')) facts.install_scripts += ' node-gyp'
facts.workspaces = p.workspaces ? 1 : ''
facts.dev = Object.keys(p.devDependencies || {}).length || ''
facts.dependencies = JSON.stringify([p.dependencies, p.devDependencies, p.optionalDependencies, p.peerDependencies, p.overrides, p.resolutions, p.pnpm, p.bundleDependencies])

// web = what `npm start` would run. When the start script is a plain `node X`, it is used directly, so
// that no npm process stays in memory beside the application, and signals reach it.
const start = text(scripts.start)
const plain = /^node(\s+[\w@%+=:,.\/\-]+)+$/.test(start) && !scripts.prestart && !scripts.poststart
facts.web = ''
if (start) facts.web = plain ? start : 'npm start'
else {
  for (const file of ['server.js', 'server.mjs', text(p.main), 'index.js', 'app.js']) {
    if (!file || !fs.existsSync(file) || !fs.statSync(file).isFile()) continue
    facts.web = /^[\w@+=:,.\/\-]+$/.test(file) ? `node ${file}` : `node ${JSON.stringify(file)}`
    break
  }
}
finish()
