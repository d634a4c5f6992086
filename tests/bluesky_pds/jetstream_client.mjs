// A client of Jetstream, version 1. Arguments: the folder of its packages, and the address. Prints a line for each event.
const { Jetstream } = await import(`${process.argv[2]}/@skyware/jetstream/dist/index.js`);
const { default: WebSocket } = await import(`${process.argv[2]}/ws/index.js`);
const jetstream = new Jetstream({
  endpoint: process.argv[3],
  ws: WebSocket,
  cursor: 1,
  wantedCollections: ['app.bsky.feed.post'],
});
const post = 'app.bsky.feed.post';
jetstream.onCreate(post, ({ commit }) => console.log(`create ${commit.rkey} ${commit.record.text}`));
jetstream.onUpdate(post, ({ commit }) => console.log(`update ${commit.rkey} ${commit.record.text}`));
jetstream.onDelete(post, ({ commit }) => console.log(`delete ${commit.rkey}`));
jetstream.on('account', ({ account }) => console.log(`account ${account.did} ${account.status}`));
jetstream.start();
