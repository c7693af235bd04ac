exports.name = 'help';
