import { a, b } from 'x';
