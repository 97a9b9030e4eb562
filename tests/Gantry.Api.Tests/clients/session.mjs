// Uses the public JavaScript client as a user would, and prints what it decoded as one JSON object.
import { createRequire } from "node:module";

const [modules, url, apiToken, appName] = process.argv.slice(2);
const require = createRequire(modules + "/");
const { clientFromToken } = require("scalingo");
const client = await clientFromToken(apiToken, { apiUrl: url, authApiUrl: url });
const until = async (what, check) => {
  for (let i = 0; i < 400; i++) {
    if (check()) return;
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error(`not in time: ${what}`);
};
const result = {};

result.self = (await client.Users.self()).username;
result.regions = (await client.Regions.all()).map((r) => r.name);
const app = await client.Apps.create({ name: appName });
result.created = { name: app.name, status: app.status, stream: app.links.deployments_stream };
result.apps = (await client.Apps.all()).map((a) => a.name);
result.forced = (await client.Apps.update(app.id, { force_https: true })).force_https;

await client.Environment.create(app.id, { name: "A", value: "1" });
await client.Environment.bulkUpdate(app.id, [{ name: "B", value: "2" }]);
const variables = await client.Environment.for(app.id);
result.updated = (await client.Environment.update(app.id, variables[0].id, "3")).value;
await client.Environment.bulkDestroy(app.id, [variables[1].id]);
await client.Environment.destroy(app.id, variables[0].id);
result.variablesLeft = (await client.Environment.for(app.id)).length;

result.formation = (await client.Containers.for(app.id)).map((c) => `${c.name}:${c.amount}:${c.size}`);
result.scaled = (await client.Containers.scale(app.id, [{ name: "web", amount: 2 }])).formation.map((c) => `${c.name}:${c.amount}`);
result.sizes = (await client.Containers.availableSizes()).map((s) => s.name);
result.processes = (await client.Containers.processes(app.id)).length;
try {
  await client.Containers.scale(app.id, [{ name: "web", amount: 99 }]);
} catch (error) {
  result.refusal = { status: error.status, fields: Object.keys(error.data.errors) };
}

const listener = await client.Apps.deploymentListener(app.id);
const statuses = [];
let fresh = null;
listener.onNew((d) => { fresh = d; });
listener.onStatus((s) => statuses.push({ id: s.id, status: s.status }));
const deployment = await client.Deployments.create(app.id, { git_ref: "v1", source_url: "https://example.org/app.tar.gz" });
await until("the deployment stream", () => statuses.length > 0);
listener.close();
result.deployment = { status: deployment.status, pusher: deployment.pusher.username };
result.stream = { same: statuses[0].id === deployment.id, status: statuses[0].status, isNew: fresh.id === deployment.id };
result.deployments = (await client.Deployments.for(app.id, { page: 1 })).meta.pagination.total_count;
await client.Deployments.purgeCache(app.id);

result.logs = await client.Logs.for(app.id, { count: 5 });
const lines = [];
const logs = await client.Logs.listenerFor(app.id);
logs.onLog((line) => lines.push(line));
console.log("FOLLOWING");
await until("a followed line", () => lines.length > 0);
logs.close();
result.followed = lines[0];

result.events = (await client.Events.for(app.id)).events.map((e) => e.type);
result.stacks = (await client.Stacks.list()).map((s) => s.name);
const token = await client.Tokens.create("from js");
result.token = token.token.startsWith("tk-us-");
await client.Tokens.destroy(token.id);
const renamed = await client.Apps.rename(app.id, app.name, `${appName}-two`);
result.renamed = renamed.name;
await client.Apps.destroy(app.id, renamed.name);
try {
  await client.Apps.find(app.id);
} catch (error) {
  result.gone = { status: error.status, resource: error.data.resource };
}
console.log(JSON.stringify(result));
process.exit(0);
