import { takeCoverage } from 'node:v8';
import { afterAll } from 'vitest';

// The processes that run test files are ended before they could write what they covered.
afterAll(() => takeCoverage());
