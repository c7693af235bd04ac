import {a} from 'x';
f(a);
