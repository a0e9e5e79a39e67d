"""Invented callers and crews: the same services, rules and journal as for real ones. First the demo:

    demo = Demo(store, territory, data_dir)      # `territory` gives the ground in force, as for the ticker
    people = demo.prepare()                      # users, new or as they were; data_dir/demo.json
    demo.start(quiet_callers=False, quiet_crews=False, faster=1.0)
    demo.announce(url)                           # demo.json says where the console is
    demo.stop()

`DEMO_POLICY` is the policy text of a demo. Time is always handed in by the store's clock: under a clock that a test
moves, `demo.begin(…)` and `demo.once()` play a day as fast as the machine can.

callers.py   who rings, when and about what          on_duty.py   the crews' tablets, driven by one thread
customers.py what one customer says                  crews.py     one crew: from its cards to its next press
aftercare.py chases, unclear places, call-backs      fates.py     what chance decides about a crew and a job
rhythm.py    how busy an hour is                     tablet.py    clocks, outbox, pushes
people.py    who may sign in                         driving.py   along the roads, with GPS noise

Then whole days under a simulated clock, `relight drill` (decision 0020):

command.py   the command                             playing.py   one drill: the loop that jumps to the next event
scenarios.py what a scenario is                      simulated.py the clock, and an agenda
year.py      ordinary days, a week of heat           desk.py      people at the phones who file the calls
storms.py    a thunderstorm, three days of ice       chances.py   how crews fare, traffic, shifts
policies.py  who decides which crew is asked         measures.py  rows and figures
replay.py    a past day out of the journal           report.py    table, CSV, SVG
bound.py     the best clairvoyant schedule           two_units.py the case with exact answers
"""
