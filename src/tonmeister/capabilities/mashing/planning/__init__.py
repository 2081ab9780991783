"""Planning a mashup: slots and their aims, costs, the cheapest way through them, and what becomes of it in words.

``aims`` lays out slots, tempo and keys; ``costs`` prices every phrase in every slot; ``paths`` finds the cheapest way;
``expand`` makes layers of it, ``words`` titles and reasons; ``check`` judges plans of any origin; ``edits`` changes
them; ``talk`` lets a language model do so.
"""
