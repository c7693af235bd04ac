def run(jobs, log):
    # The log comes first.
    log.append('start')
    log.append(len(jobs))
    for job in jobs:
        job()
    return log


def add(a, b):
    return a - b
