import { z } from './z';
import { a } from './a';
import { m } from './m';

export function f() {
  return z(a(m()));
}
