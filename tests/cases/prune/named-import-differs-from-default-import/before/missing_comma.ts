import { a, b c } from 'x';
f(a, b, c);
