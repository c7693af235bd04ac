const x = `a  
${b}`;
