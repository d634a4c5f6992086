// A PDS of Bluesky with its directory of accounts, on this machine alone. Argument: the folder of its packages.
// Prints the address, and ends with its standard input.
import threads from 'node:worker_threads';
import zlib from 'node:zlib';

// For Node 20: the packages want these when they are loaded, and nothing here calls the first two.
threads.markAsUncloneable ??= () => {};
zlib.createZstdDecompress ??= () => {
  throw new Error('this Node.js has no zstd');
};
if (!globalThis.Iterator) await import(`${process.argv[2]}/core-js/full/iterator/index.js`);

const { TestNetworkNoAppView } = await import(`${process.argv[2]}/@atproto/dev-env/dist/index.js`);
const network = await TestNetworkNoAppView.create({});
console.log(`PDS ${network.pds.url}`);
process.stdin.resume();
process.stdin.on('end', async () => {
  await network.close();
  process.exit(0);
});
