import { EXIT_CODES } from './exit-code.js';

const EXIT_CODE_HELP = Object.entries(EXIT_CODES)
  .map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`)
  .join('\n');

/** What follows the list of commands. */
export const GENERAL_HELP = `
Examples:
  $ luigis-pins push pins.ndjson --sandbox            try it, without an account
  $ luigis-pins validate pins.ndjson                  check pins in a pull request
  $ jq -c '.[]' export.json | luigis-pins push --conflict ignore

Environment:
  LUIGISBOX_TRACKER_ID, LUIGISBOX_PRIVATE_KEY_FILE, LUIGISBOX_PRIVATE_KEY,
  LUIGISBOX_BASE_URL, HTTPS_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS, NO_COLOR, FORCE_COLOR

Exit codes:
${EXIT_CODE_HELP}
`;

/** What follows the options of `push`. */
export const PUSH_HELP = `
Examples:
  $ luigis-pins push pins.ndjson --conflict override
  $ jq -c '.[]' export.json | luigis-pins push --conflict ignore --expect 1200
  $ luigis-pins push pins.ndjson --json --resume push.journal --rejects rejected.ndjson    (in CI)

Environment:
  LUIGISBOX_TRACKER_ID, LUIGISBOX_BASE_URL   as --tracker-id and --base-url
  LUIGISBOX_PRIVATE_KEY_FILE                 as --private-key-file
  LUIGISBOX_PRIVATE_KEY                      the private key itself; no option takes it
  HTTPS_PROXY, NO_PROXY                      a proxy to connect through, and hosts that need none
  NODE_EXTRA_CA_CERTS                        further certificates to trust
  NO_COLOR, FORCE_COLOR, TERM=dumb           colours and progress
  GITHUB_ACTIONS, GITHUB_STEP_SUMMARY        annotations and a job summary

Exit codes:
${EXIT_CODE_HELP}
`;

/** What follows the options of `validate`. */
export const VALIDATE_HELP = `
Examples:
  $ luigis-pins validate pins.ndjson
  $ luigis-pins validate --strict pins/*.ndjson                                            (in CI)
  $ curl -s https://shop.example/export.json | luigis-pins validate --expect 1200

Environment:
  NO_COLOR, FORCE_COLOR, TERM=dumb           colours and progress
  GITHUB_ACTIONS, GITHUB_STEP_SUMMARY        annotations and a job summary

Exit codes: 0 valid, 3 not; the others as for push.
`;

/** What follows the options of `sandbox`. */
export const SANDBOX_HELP = `
Examples:
  $ luigis-pins sandbox                                then, elsewhere, paste what it prints and push
  $ luigis-pins sandbox --port 8080 --fault 503:0.2 --fault reset:5% --seed 7
  $ luigis-pins sandbox --throttle 30 --latency 200 --clock-offset -40

Exit codes: 2 usage, 74 stdout could not be written; otherwise that of the signal that ends it.
`;

/** What follows the options of `schema`. */
export const SCHEMA_HELP = `
Examples:
  $ luigis-pins schema > customization.schema.json     for editors
  $ luigis-pins schema | jq '."$defs".pin.properties | keys'

Exit codes: 0 printed, 74 not.
`;

/** What follows the options of `completion`. */
export const COMPLETION_HELP = `
Examples:
  $ source <(luigis-pins completion bash)              in ~/.bashrc
  $ source <(luigis-pins completion zsh)               in ~/.zshrc, after compinit
  $ luigis-pins completion fish > ~/.config/fish/completions/luigis-pins.fish

Exit codes: 0 printed, 2 usage, 74 could not be written.
`;
