/** Is this a name of the machine itself: `localhost`, 127.0.0.0/8 or ::1? */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host.replace(/^\[|\]$/g, ''));
}

/** Is this an address of the machine itself: 127.0.0.0/8 or ::1? */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);
}
