module example.com/proj
