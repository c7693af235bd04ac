const xi = (x) => x * 4;
const beta = (y) => y * 5;

exports.add = (a, b) => a - b;
