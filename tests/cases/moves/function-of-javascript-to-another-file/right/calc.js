const { helper } = require('./help');

exports.add = (a, b) => a + b;
exports.helper = helper;
