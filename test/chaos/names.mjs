// Preloaded with `node --import`: host names mean what the JSON in LUIGIS_TEST_NAMES says, an address or
// the code of an error; other names keep their meaning.
import dns from 'node:dns';

const names = JSON.parse(process.env.LUIGIS_TEST_NAMES ?? '{}');
const { lookup } = dns;

dns.lookup = (host, options, callback) => {
  const meant = names[host];
  if (meant === undefined) return lookup(host, options, callback);
  if (!/^[\d.]+$/.test(meant)) {
    process.nextTick(callback, Object.assign(new Error(`getaddrinfo ${meant} ${host}`), { code: meant }));
  } else if (options.all) process.nextTick(callback, null, [{ address: meant, family: 4 }]);
  else process.nextTick(callback, null, meant, 4);
};
