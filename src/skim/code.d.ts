/** The compiled code of `assembly/`, a WebAssembly module, in Base64. `.build.js` writes it. */
export declare const wasm: string;
