def run(jobs, log):
    for job in jobs:
        # The log comes first.
        log.append('start')
        log.append(len(jobs))
        job()
    return log


def add(a, b):
    return a + b
