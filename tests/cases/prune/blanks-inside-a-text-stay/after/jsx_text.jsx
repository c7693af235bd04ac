const x = 1;
return0(<b>hi{x}</b>);
