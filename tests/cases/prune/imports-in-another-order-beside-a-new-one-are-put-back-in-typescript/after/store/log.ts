import { a } from './a';
import { log } from './log';
import { m } from './m';
import { z } from './z';

export function f() {
  log('f');
  return z(a(m()));
}
