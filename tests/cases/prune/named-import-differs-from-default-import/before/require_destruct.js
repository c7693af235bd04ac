const {a} = require('x');
f(a);
