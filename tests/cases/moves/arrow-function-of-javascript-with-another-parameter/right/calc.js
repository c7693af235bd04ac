const beta = (y) => y * 5;

const xi = (value) => value * 4;
exports.add = (a, b) => a + b;
